"""Weight files of other frameworks, read without the framework, as ONNX.

`keras_h5`, `torch7`, `frozen_graph`, `pytorch` read a format into `Tensors`; one file per family
of networks (`vgg16`, `vggface2`, `nn4`, `inception_resnet`) writes the network with
`GraphBuilder` and takes its weights from there. `openvino_ir` and `tflite` read the layers too;
`openvino_network` and `tflite_network` write what they say. `kith.models.importers.convert` puts
the two together for a card.
"""
