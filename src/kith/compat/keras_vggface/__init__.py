"""What keras-vggface offers: `vggface.VGGFace`, and `utils` for its input and its answers."""
