//! The city pack inside the program.

include!(concat!(env!("OUT_DIR"), "/pack.rs"));
