"""Masks on faces: painting them, and telling who wears one."""
