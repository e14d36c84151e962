//! What a standard requires, one test a requirement. `docs/standards.md` is made of the lines `Requirement: …` here.

mod mqtt;
mod sensorthings;
