"""How often is it right: protocols, metrics, calibration and reports."""
