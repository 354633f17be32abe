"""Drop-in modules: code written against older packages runs with only its imports changed.

``keras_vggface`` → ``kith.compat.keras_vggface``, ``mtcnn`` → ``kith.compat.mtcnn``.
"""
