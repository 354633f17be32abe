"""What happens over time: who appears when in a film, who stands before a camera."""
