//! What can I do here, in my language, on my device?
