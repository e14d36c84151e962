//! What does any module need of the machine?
