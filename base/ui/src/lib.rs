//! How do our pages look and speak?
