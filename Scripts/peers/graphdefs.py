"""Small TensorFlow networks, an operation or a few each, and InceptionV1 with random weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1


@dataclass
class Network:
    """A frozen graph, and what to compare of it.

    A tensor of 4 dimensions whose name holds "plain" is no map with its channels last.

    `written` is what the program reads where it is not the graph that TensorFlow runs: operations that
    TensorFlow has no kernels for on a processor, or the same nodes written otherwise.
    """

    name: str
    graph: tf1.GraphDef
    array: np.ndarray  # NHWC
    written: tf1.GraphDef | None = None
    channels_first: bool = False  # the placeholder is NCHW
    gradients: list[str] | None = None  # of which tensors; None for all
    no_gradients: set[str] = field(default_factory=set)  # for which TensorFlow has no kernels on a processor
    absent: set[str] = field(default_factory=set)  # what the program must say it cannot compute


class Maker:
    """Makes nodes with random weights in a graph of its own."""

    def __init__(self, shape: Sequence[int | None], seed: int = 0) -> None:
        self.random = np.random.default_rng(seed)
        self.graph = tf.Graph()
        with self.graph.as_default():
            self.input = tf1.placeholder(tf.float32, shape, "input")

    def values(self, *shape: int, scale: float = 1.0, offset: float = 0.0) -> np.ndarray:
        return (offset + scale * self.random.standard_normal(shape)).astype(np.float32)

    def weights(self, name: str | None, *shape: int, inputs: int | None = None, scale: float = 1.0) -> tf.Tensor:
        """A constant under which activations keep their size."""
        count = inputs or int(np.prod(shape[:-1]))
        return tf.constant(self.values(*shape, scale=scale * (2 / count) ** 0.5), name=name)

    def picture(self, *shape: int) -> np.ndarray:
        return self.values(*shape)


def network(
    name: str,
    shape: object,
    build: Callable[..., object],
    placeholder: object | None = None,
    seed: int = 0,
    **options: object,
) -> Network:
    maker = Maker(shape if placeholder is None else placeholder, seed)
    with maker.graph.as_default():
        build(maker, maker.input)
    return Network(name, maker.graph.as_graph_def(), maker.picture(*shape), **options)


# An operation at a time --------------------------------------------------------------------------------


def convolutions(maker: Maker, x: tf.Tensor) -> None:
    for kernel in (1, 2, 3, 7, (3, 2)):
        height, width = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        for stride in (1, 2, 3):
            for padding in ("SAME", "VALID"):
                weights = maker.weights(None, height, width, 3, 4)
                tf.nn.conv2d(x, weights, stride, padding, name=f"conv{height}x{width}_{stride}_{padding}")
    weights = maker.weights(None, 3, 3, 3, 4)
    tf.nn.conv2d(x, weights, [1, 2, 1, 1], [[0, 0], [0, 1], [2, 0], [0, 0]], name="conv_explicit")
    tf.nn.conv2d(x, weights, 1, "SAME", dilations=2, name="conv_dilated_SAME")
    tf.nn.conv2d(x, weights, 1, "VALID", dilations=[1, 2, 1, 1], name="conv_dilated_VALID")
    y = tf.nn.conv2d(x, weights, 1, "SAME", name="conv")
    y = tf.nn.bias_add(y, maker.values(4), name="bias")
    tf.nn.relu(y, name="relu")


def depthwise(maker: Maker, x: tf.Tensor) -> None:
    for multiplier, stride, padding in ((1, 1, "SAME"), (2, 1, "VALID"), (3, 2, "SAME"), (1, 2, "VALID")):
        weights = maker.weights(None, 3, 2, 3, multiplier, inputs=6)
        name = f"depthwise{multiplier}_{stride}_{padding}"
        tf.nn.depthwise_conv2d(x, weights, [1, stride, stride, 1], padding, name=name)


def pools(maker: Maker, x: tf.Tensor) -> None:
    for kernel in (1, 2, 3, 5, (3, 2)):
        height, width = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        for stride in (1, 2, 3):
            for padding in ("SAME", "VALID"):
                name = f"{height}x{width}_{stride}_{padding}"
                tf.nn.max_pool2d(x, [height, width], stride, padding, name=f"max{name}")
                tf.nn.avg_pool2d(x, [height, width], stride, padding, name=f"mean{name}")


def normalizations(maker: Maker, x: tf.Tensor) -> None:
    for radius, bias, alpha, beta in ((5, 1, 1e-4, 0.5), (2, 2, 0.1, 0.75), (0, 1, 1, 0.5), (9, 1.5, 0.02, 0.9)):
        tf.nn.local_response_normalization(x, radius, bias, alpha, beta, name=f"lrn{radius}")
    vectors = [maker.values(12, offset=1), maker.values(12), maker.values(12), maker.values(12) ** 2 + 0.1]
    for kind in ("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"):
        make = getattr(tf.raw_ops, kind)
        make(x=x, scale=vectors[0], offset=vectors[1], mean=vectors[2], variance=vectors[3],
             epsilon=0.01, is_training=False, name=kind)


def concatenations(maker: Maker, x: tf.Tensor) -> None:
    y = tf.nn.relu(x, name="relu")
    tf.concat([x, y, x], 3, name="channels")
    tf.concat([x, y], -1, name="channels_from_the_end")
    tf.concat([x, y], 1, name="rows")
    tf.raw_ops.Concat(concat_dim=3, values=[x, y], name="axis_first")
    tf.concat([x, tf.constant(maker.values(1, 6, 7, 2))], 3, name="with_a_constant")
    a, b = tf.split(x, 2, axis=3, name="split")
    tf.concat([b, a], 3, name="swapped")
    a, b, c = tf.split(x, [1, 2, 1], axis=3, name="split_by_sizes")
    tf.concat([c, b, a], 3, name="reversed")


def arrays(maker: Maker, x: tf.Tensor) -> None:
    """Batches of one, so that fixed shapes say what they mean."""
    flat = tf.reshape(x, [-1, 6 * 7 * 4], name="flat")
    y = tf.matmul(flat, maker.weights(None, 168, 10, inputs=168), name="product")
    y = tf.nn.bias_add(y, maker.values(10), name="logits")
    tf.nn.softmax(y, name="softmax")
    tf.nn.log_softmax(y, name="log_softmax")
    tf.matmul(flat, maker.weights(None, 5, 168, inputs=168), transpose_b=True, name="product_transposed")
    fixed = tf.reshape(x, [1, 168], name="fixed")
    tf.reshape(x, [1, -1], name="fixed_batch")
    back = tf.reshape(fixed, [1, 6, 7, 4], name="back")
    tf.nn.conv2d(back, maker.weights(None, 3, 3, 4, 2), 1, "SAME", name="conv_of_array")
    tf.nn.softmax(x, name="softmax_of_map")
    sizes = tf.shape(x, name="sizes")
    batch = tf.strided_slice(sizes, [0], [1], [1], shrink_axis_mask=1, name="batch")
    tf.reshape(x, tf.stack([batch, -1], name="stacked"), name="flat_by_its_batch")
    tf.reshape(y, tf.concat([[1], tf.constant([10])], 0, name="joined"), name="by_a_joined_shape")
    pooled = tf.nn.avg_pool2d(x, [6, 7], 1, "VALID", name="pooled")
    tf.squeeze(pooled, [1, 2], name="squeezed")
    tf.squeeze(tf.reduce_mean(x, 1, keepdims=True, name="mean_rows"), [1], name="squeezed_rows")
    tf.reduce_mean(x, [1, 2], name="mean")
    tf.reduce_mean(x, [1, 2], keepdims=True, name="mean_kept")
    tf.reduce_mean(x, [3], name="mean_of_channels")
    tf.reduce_mean(x, [2], name="mean_of_columns")
    tf.reduce_mean(x, [-1], keepdims=True, name="mean_of_channels_kept")
    tf.pad(x, [[0, 0], [1, 2], [0, 3], [0, 0]], name="padded")
    tf.pad(x, [[0, 0], [1, 0], [2, 0], [0, 1]], constant_values=-2.5, name="padded_with_a_value")
    tf.pad(x, [[0, 0], [2, 1], [1, 1], [0, 0]], mode="REFLECT", name="mirrored")
    first = tf.transpose(x, [0, 3, 1, 2], name="plain_channels_first")
    tf.transpose(first, [0, 2, 3, 1], name="channels_last_again")
    tf.transpose(x, [0, 2, 1, 3], name="plain_columns_first")
    tf.strided_slice(x, [0, 1, 0, 1], [1, 5, 7, 4], [1, 2, 1, 1], name="part")
    tf.strided_slice(x, [0, 2, 0, 0], [1, 3, 7, 4], [1, 1, 1, 1], shrink_axis_mask=2, name="row")
    tf.slice(x, [0, 1, 0, 0], [-1, 3, -1, 2], name="slice")
    tf.expand_dims(y, 1, name="expanded")
    tf.matmul(tf.reshape(x, [1, 42, 4]), tf.reshape(x, [1, 42, 4]), transpose_a=True, name="gram")
    tf.cast(x, tf.float32, name="cast")


def elements(maker: Maker, x: tf.Tensor) -> None:
    channels, one = maker.values(4, offset=2, scale=0.3), maker.values(1, 1, 1, 4, offset=2, scale=0.3)
    rows, cells = maker.values(6, 1, 1, offset=2, scale=0.3), maker.values(7, 4, offset=2, scale=0.3)
    other = tf.nn.tanh(x, name="tanh")
    for name, function in (
        ("Add", tf.raw_ops.Add), ("AddV2", tf.raw_ops.AddV2), ("Sub", tf.raw_ops.Sub), ("Mul", tf.raw_ops.Mul),
        ("RealDiv", tf.raw_ops.RealDiv), ("Maximum", tf.raw_ops.Maximum), ("Minimum", tf.raw_ops.Minimum),
        ("SquaredDifference", tf.raw_ops.SquaredDifference),
    ):
        for what, value in (("channels", channels), ("one", one), ("rows", rows), ("cells", cells), ("number", 1.5)):
            value = tf.constant(value, tf.float32)
            function(x=x, y=value, name=f"{name}_{what}")
            if name != "RealDiv":
                function(x=value, y=x, name=f"{name}_{what}_first")
        function(x=x, y=other + 3.0, name=f"{name}_map")
    vector = tf.reduce_mean(x, [1, 2], name="vector")
    tf.add(vector, channels, name="vector_plus_channels")
    tf.multiply(x, tf.reduce_mean(x, [1, 2], keepdims=True), name="squeeze_and_excitation")
    tf.multiply(x, tf.reduce_mean(x, [0, 1, 2], name="channel_means"), name="times_channel_means")
    tf.raw_ops.AddN(inputs=[x, other, x], name="sum_of_three")
    scale = tf.constant(channels) * tf.math.rsqrt(tf.constant(channels) + 0.1)
    tf.add(tf.multiply(x, scale, name="scaled"), channels - 1.0, name="computed_batch_norm")


def functions(maker: Maker, x: tf.Tensor) -> None:
    positive = tf.add(tf.square(x, name="square"), 0.2, name="positive")
    for name, function in (
        ("relu6", tf.nn.relu6), ("elu", tf.nn.elu), ("sigmoid", tf.sigmoid), ("softplus", tf.nn.softplus),
        ("exp", tf.exp), ("neg", tf.negative), ("abs", tf.abs), ("erf", tf.math.erf), ("identity", tf.identity),
        ("stop", tf.identity), ("checked", lambda v, name: tf.debugging.check_numerics(v, "", name=name)),
        ("leaky", lambda v, name: tf.nn.leaky_relu(v, 0.3, name=name)),
    ):
        function(4.0 * x, name=name)
    for name, function in (
        ("log", tf.math.log), ("sqrt", tf.sqrt), ("rsqrt", tf.math.rsqrt), ("reciprocal", tf.math.reciprocal),
    ):
        function(positive, name=name)
    tf.pow(positive, 1.7, name="pow")


def weight_types(maker: Maker, x: tf.Tensor) -> None:
    """Weights of other types, and values that fill a shape."""
    for number, type in enumerate((tf.float16, tf.float64, tf.bfloat16)):
        weights = tf.constant(maker.values(3, 3, 3, 4, scale=0.3), type)
        tf.nn.conv2d(x, tf.cast(weights, tf.float32), 1, "SAME", name=f"conv{number}")
    tf.nn.conv2d(x, tf.constant(0.25, shape=[2, 2, 3, 4]), 1, "SAME", name="filled")


def channels_first(maker: Maker, x: tf.Tensor) -> None:
    """The same operations as NHWC between transpositions: what TensorFlow can run on a processor."""
    return _channels_first(maker, x, "NHWC")


def channels_first_written(maker: Maker, x: tf.Tensor) -> None:
    return _channels_first(maker, x, "NCHW")


def _channels_first(maker: Maker, x: tf.Tensor, form: str) -> None:
    stated = form == "NCHW"

    def run(make: Callable[..., tf.Tensor], y: tf.Tensor, name: str) -> tf.Tensor:
        if stated:
            return make(y, name)
        return tf.transpose(make(tf.transpose(y, [0, 2, 3, 1]), None), [0, 3, 1, 2], name=name)

    def sides(value: int) -> list[int]:
        return [1, 1, value, value] if stated else [1, value, value, 1]

    weights, bias = maker.weights(None, 3, 3, 3, 4), maker.values(4)
    deep = maker.weights(None, 3, 3, 4, 2, inputs=9)
    vectors = [maker.values(8, offset=1), maker.values(8), maker.values(8), maker.values(8) ** 2 + 0.1]
    y = run(lambda v, n: tf.nn.conv2d(v, weights, sides(2), "SAME", data_format=form, name=n), x, "plain_conv")
    y = run(lambda v, n: tf.nn.bias_add(v, bias, data_format=form, name=n), y, "plain_bias")
    y = tf.nn.relu(y, name="plain_relu")
    y = run(lambda v, n: tf.nn.max_pool2d(v, 3, 1, "SAME", data_format=form, name=n), y, "plain_pool")
    y = run(
        lambda v, n: tf.nn.depthwise_conv2d(v, deep, sides(1), "VALID", data_format=form, name=n), y, "plain_deep")
    y = run(
        lambda v, n: tf.raw_ops.FusedBatchNormV3(
            x=v, scale=vectors[0], offset=vectors[1], mean=vectors[2], variance=vectors[3], data_format=form,
            is_training=False, name=n)[0], y, "plain_norm")
    y = run(lambda v, n: tf.nn.avg_pool2d(v, 2, 1, "SAME", data_format=form, name=n), y, "plain_mean")
    tf.reshape(y, [1, -1], name="flat")


NO_GRADIENTS = {"conv_dilated_SAME", "conv_dilated_VALID"}
SMALL = [
    ("convolutions", (2, 11, 8, 3), (None, 11, 8, 3), convolutions),
    ("convolutions of odd maps", (1, 9, 13, 3), (None, None, None, 3), convolutions),
    ("depthwise", (2, 9, 8, 3), (None, 9, 8, 3), depthwise),
    ("pools", (2, 9, 8, 3), (None, 9, 8, 3), pools),
    ("pools of even maps", (1, 12, 6, 3), None, pools),
    ("normalizations", (2, 5, 4, 12), (None, 5, 4, 12), normalizations),
    ("concatenations", (1, 6, 7, 4), None, concatenations),
    ("arrays", (1, 6, 7, 4), None, arrays),
    ("elements", (1, 6, 7, 4), None, elements),
    ("functions", (2, 5, 5, 3), (None, 5, 5, 3), functions),
    ("weight types", (1, 6, 6, 3), None, weight_types),
]


def small_networks() -> Iterator[Network]:
    for name, shape, placeholder, build in SMALL:
        yield network(name, shape, build, placeholder, no_gradients=NO_GRADIENTS)
    reference = network("channels first", (1, 3, 11, 8), channels_first, channels_first=True)
    reference.written = network("", (1, 3, 11, 8), channels_first_written).graph
    yield reference


# InceptionV1 --------------------------------------------------------------------------------------------

# Channels of 1x1; of 3x3 and its bottleneck; of 5x5 and its bottleneck; of the pool's reduction.
MIXED = {
    "3a": (64, (96, 128), (16, 32), 32), "3b": (128, (128, 192), (32, 96), 64),
    "4a": (192, (96, 204), (16, 48), 64), "4b": (160, (112, 224), (24, 64), 64),
    "4c": (128, (128, 256), (24, 64), 64), "4d": (112, (144, 288), (32, 64), 64),
    "4e": (256, (160, 320), (32, 128), 128), "5a": (256, (160, 320), (48, 128), 128),
    "5b": (384, (192, 384), (48, 128), 128),
}


def inception(maker: Maker, x: tf.Tensor) -> tf.Tensor:
    """The topology and the names of inception5h, as tensorflow/lucid lists them (InceptionV1), with its heads."""

    def convolve(x: tf.Tensor, name: str, outputs: int, kernel: int, stride: int = 1) -> tf.Tensor:
        weights = maker.weights(f"{name}_w", kernel, kernel, x.shape[-1], outputs)
        y = tf.nn.conv2d(x, weights, stride, "SAME", name=f"{name}_pre_relu/conv")
        bias = tf.constant(maker.values(outputs, scale=2), name=f"{name}_b")
        return tf.nn.relu(tf.nn.bias_add(y, bias, name=f"{name}_pre_relu"), name=name)

    def pool(x: tf.Tensor, name: str, stride: int) -> tf.Tensor:
        return tf.nn.max_pool2d(x, 3, stride, "SAME", name=name)

    def normalize(x: tf.Tensor, name: str) -> tf.Tensor:
        return tf.nn.local_response_normalization(x, 5, 1, 1e-4, 0.5, name=name)

    def mix(x: tf.Tensor, block: str) -> tf.Tensor:
        name = f"mixed{block}"
        direct, (reduce3, of3), (reduce5, of5), of_pool = MIXED[block]
        branches = [
            convolve(x, f"{name}_1x1", direct, 1),
            convolve(convolve(x, f"{name}_3x3_bottleneck", reduce3, 1), f"{name}_3x3", of3, 3),
            convolve(convolve(x, f"{name}_5x5_bottleneck", reduce5, 1), f"{name}_5x5", of5, 5),
            convolve(pool(x, f"{name}_pool", 1), f"{name}_pool_reduce", of_pool, 1),
        ]
        axis = tf.constant(3, name=f"{name}/concat_dim")
        return tf.raw_ops.Concat(concat_dim=axis, values=branches, name=name)

    def connect(x: tf.Tensor, name: str, inputs: int, outputs: int, tensor: str) -> tf.Tensor:
        weights = maker.weights(f"{name}_w", inputs, outputs, scale=0.1 if name.startswith("softmax") else 1)
        y = tf.matmul(x, weights, name=f"{tensor}/matmul")
        return tf.nn.bias_add(y, tf.constant(maker.values(outputs, scale=0.1), name=f"{name}_b"), name=tensor)

    def head(x: tf.Tensor, number: int) -> tf.Tensor:
        x = tf.nn.avg_pool2d(x, 5, 3, "VALID", name=f"head{number}_pool")
        x = convolve(x, f"head{number}_bottleneck", 128, 1)
        x = tf.reshape(x, [-1, 2048], name=f"head{number}_bottleneck/reshape")
        x = tf.nn.relu(connect(x, f"nn{number}", 2048, 1024, f"nn{number}_pre_relu"), name=f"nn{number}")
        x = tf.reshape(x, [-1, 1024], name=f"nn{number}/reshape")
        x = connect(x, f"softmax{number}", 1024, 1008, f"softmax{number}_pre_activation")
        return tf.nn.softmax(x, name=f"softmax{number}")

    x = convolve(x, "conv2d0", 64, 7, stride=2)
    x = normalize(pool(x, "maxpool0", 2), "localresponsenorm0")
    x = convolve(convolve(x, "conv2d1", 64, 1), "conv2d2", 192, 3)
    x = pool(normalize(x, "localresponsenorm1"), "maxpool1", 2)
    x = pool(mix(mix(x, "3a"), "3b"), "maxpool4", 2)
    x = first = mix(x, "4a")
    x = second = mix(mix(mix(x, "4b"), "4c"), "4d")
    x = pool(mix(x, "4e"), "maxpool10", 2)
    x = tf.nn.avg_pool2d(mix(mix(x, "5a"), "5b"), 7, 1, "VALID", name="avgpool0")
    x = tf.reshape(x, [-1, 1024], name="avgpool0/reshape")
    x = connect(x, "softmax2", 1024, 1008, "softmax2_pre_activation")
    ends = [head(first, 0), head(second, 1), tf.nn.softmax(x, name="softmax2")]
    for name, end in zip(("output", "output1", "output2"), ends):
        tf.identity(end, name=name)


def inception_network() -> Network:
    """As the file is written: a placeholder without a shape, and pixels from -117 to 138."""
    maker = Maker((1, 224, 224, 3), seed=5)
    with maker.graph.as_default():
        inception(maker, maker.input)
    graph = maker.graph.as_graph_def()
    written = tf1.GraphDef()
    written.CopyFrom(graph)
    del written.node[0].attr["shape"]
    array = maker.random.uniform(-117, 138, (1, 8, 8, 3)).repeat(28, 1).repeat(28, 2)
    array = (array + maker.random.uniform(-30, 30, (1, 224, 224, 3))).clip(-117, 138).astype(np.float32)
    layers = [n.name for n in graph.node if n.op in LAYERS and "/" not in n.name and not n.name.endswith("_pre_relu")]
    return Network("InceptionV1", graph, array, written=written, gradients=layers)


LAYERS = {"Relu", "MaxPool", "AvgPool", "LRN", "Concat", "BiasAdd", "Softmax"}


# The same network written otherwise ----------------------------------------------------------------------


def disordered_network() -> Network:
    """Nodes in any order, inputs called `name:0`, control inputs, and a branch that drops values at random."""
    def build(maker: Maker, x: tf.Tensor) -> None:
        y = tf.nn.relu(tf.nn.conv2d(x, maker.weights("w", 3, 3, 3, 4), 1, "SAME", name="conv"), name="relu")
        y = tf.nn.avg_pool2d(y, 8, 1, "VALID", name="pool")
        y = tf.matmul(tf.reshape(y, [-1, 4], name="flat"), maker.weights("v", 4, 5), name="logits")
        tf.nn.softmax(y, name="softmax")

    result = network("disordered", (1, 8, 8, 3), build)
    nodes = list(result.graph.node)
    extra = tf.Graph()
    with extra.as_default():
        relu = tf1.placeholder(tf.float32, (1, 8, 8, 4), "relu")
        kept = tf.cast(tf.random.uniform((1, 8, 8, 4), name="chance") < 0.5, tf.float32, name="kept")
        tf.nn.relu(tf.multiply(relu, kept, name="dropped"), name="after_dropping")
        tf.no_op(name="nothing")
    nodes += [node for node in extra.as_graph_def().node if node.name != "relu"]
    np.random.default_rng(1).shuffle(nodes)
    result.written = tf1.GraphDef()
    for node in nodes:
        copy = result.written.node.add()
        copy.CopyFrom(node)
        copy.input[:] = [f"{name}:0" for name in node.input] + (["^nothing"] if node.name == "conv" else [])
    result.absent = {"dropped", "after_dropping"}
    return result


# Networks of Keras ----------------------------------------------------------------------------------------


def keras_network(name: str, size: int) -> Network:
    """One of Keras' classifiers with random weights, frozen as TensorFlow 2 freezes."""
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    tf.keras.utils.set_random_seed(3)
    model = getattr(tf.keras.applications, name)(weights=None, input_shape=(size, size, 3))
    call = tf.function(lambda x: model(x, training=False))
    shape = tf.TensorSpec((1, size, size, 3), tf.float32, "input")
    graph = convert_variables_to_constants_v2(call.get_concrete_function(shape)).graph.as_graph_def()
    array = np.random.default_rng(4).standard_normal((1, size, size, 3)).astype(np.float32)
    floats = [n.name for n in graph.node if n.op in ("Relu", "Relu6", "AddV2", "Conv2D", "Softmax", "ConcatV2")]
    return Network(name, graph, array, gradients=[*floats[:: max(len(floats) // 4, 1)], floats[-1]])


KERAS = {"MobileNetV2": 96, "InceptionV3": 139, "ResNet50V2": 64, "DenseNet121": 64, "EfficientNetB0": 64}
