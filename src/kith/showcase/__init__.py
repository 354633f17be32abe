"""What ``kith demo`` shows, step by step: photos on a page, and people in a film."""
