"""Dense landmarks: some hundred points of a face, where detection gives five."""
