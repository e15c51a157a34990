//! The way of one delivery.
