//! What does a condition or a mapping mean, and is it true?
