//! Where is it, what is near it, and how is it drawn?
