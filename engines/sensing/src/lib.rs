#![doc = include_str!("../README.md")]

pub mod block;
pub mod bucket;
pub mod calendar;
pub mod codec;
pub mod datastream;
pub mod ingest;
pub mod merge;
pub mod mirror;
pub mod observation;
pub mod rollup;
pub mod seal;
