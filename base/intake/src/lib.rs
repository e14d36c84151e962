//! How do outside records come in?
