//! The example, as a program.
