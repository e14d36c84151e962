//! What did the device see, and should anybody be told?
