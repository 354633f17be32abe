"""Time face_recognition: dlib's HOG detector, 5-point landmarks and ResNet embedding."""

from __future__ import annotations

from harness import Pipeline, main, one_by_one


def load() -> Pipeline:
    """Import the library, which loads its networks as it is imported."""
    import face_recognition

    def count_faces(path: str) -> int:
        image = face_recognition.load_image_file(path)
        boxes = face_recognition.face_locations(image)
        return len(face_recognition.face_encodings(image, known_face_locations=boxes))

    return one_by_one(count_faces)


if __name__ == "__main__":
    main("face_recognition", load, ["face_recognition", "dlib-bin", "Pillow", "numpy"])
