"""How masks are drawn: a mean face, cuts of cloth laid on it, the scene's light, straps."""
