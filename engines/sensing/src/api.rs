//! HTTP: SensorThings 1.1 and what we give beside it.

pub mod problems;
