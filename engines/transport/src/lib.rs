#![doc = include_str!("../README.md")]

pub mod calendar;
pub mod day;
pub mod feeds;
pub mod gtfs;
pub mod journey;
pub mod search;
pub mod timetable;
pub mod walking;

#[cfg(test)]
mod sample;
