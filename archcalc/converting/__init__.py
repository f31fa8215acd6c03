"""Files of other programs to specs: Caffe, darknet, Keras, ONNX and lists of layers."""
