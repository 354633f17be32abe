"""What other implementations computed, and the random networks they computed it with.

`keras_vggface` needs TensorFlow and ran once; what it left in ``layouts`` and ``vectors`` lets
the tests prove equality with numpy alone.
"""
