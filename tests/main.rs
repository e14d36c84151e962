//! The integration tests: one binary.

mod a_city_day;
mod alerts;
mod browser;
mod clients;
mod conformance;
mod devices;
mod durability;
mod durability_mqtt;
mod feeds;
mod journeys;
mod laws;
mod replay;
