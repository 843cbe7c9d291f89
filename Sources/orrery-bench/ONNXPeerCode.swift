/// Python that builds all-MiniLM-L6-v2 as an ONNX graph from the model's own weights, lets onnxruntime
/// fuse and run it on one thread, and prints tokens per second and the embeddings.
enum ONNXPeerCode {
  static let text = #"""
    import json, os, struct, sys, time
    import numpy as np, onnx, onnxruntime as ort
    from onnx import TensorProto, helper, numpy_helper
    folder, work = sys.argv[1:3]

    def build(path):
        raw = open(folder + "/model.safetensors", "rb").read()
        size = struct.unpack("<Q", raw[:8])[0]
        head, config = json.loads(raw[8:8 + size]), json.load(open(folder + "/config.json"))
        width, heads = config["hidden_size"], config["num_attention_heads"]
        nodes, values = [], []
        def weight(name):
            begin, end = head[name]["data_offsets"]
            data = np.frombuffer(raw[8 + size + begin:8 + size + end], np.float32)
            return data.reshape(head[name]["shape"])
        def value(array, kind=np.float32):
            name = f"v{len(values)}"
            values.append(numpy_helper.from_array(np.ascontiguousarray(array, kind), name))
            return name
        def ints(*numbers): return value(numbers, np.int64)
        def op(kind, *inputs, **options):
            name = f"n{len(nodes)}"
            nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **options))
            return name
        def norm(x, name):
            return op("LayerNormalization", x, value(weight(name + ".weight")),
                      value(weight(name + ".bias")), axis=-1, epsilon=config["layer_norm_eps"])
        def linear(x, name):
            product = op("MatMul", x, value(weight(name + ".weight").T))
            return op("Add", product, value(weight(name + ".bias")))
        places = weight("embeddings.position_embeddings.weight")
        places = places + weight("embeddings.token_type_embeddings.weight")[0]
        words = value(weight("embeddings.word_embeddings.weight"))
        length = op("Gather", op("Shape", "ids"), ints(1))
        rows = op("Slice", value(places), ints(0), length, ints(0))
        x = norm(op("Add", op("Gather", words, "ids"), rows), "embeddings.LayerNorm")
        mask = op("Unsqueeze", op("Unsqueeze", "mask", ints(1)), ints(2))
        mask = op("Sub", value(1), op("Cast", mask, to=TensorProto.FLOAT))
        mask = op("Mul", mask, value(-10000))
        split, whole = ints(0, 0, heads, width // heads), ints(0, 0, width)
        for layer in range(config["num_hidden_layers"]):
            name = f"encoder.layer.{layer}."
            def part(which, order):
                rows = op("Reshape", linear(x, name + "attention.self." + which), split)
                return op("Transpose", rows, perm=order)
            scores = op("MatMul", part("query", [0, 2, 1, 3]), part("key", [0, 2, 3, 1]))
            scores = op("Add", op("Div", scores, value((width // heads) ** 0.5)), mask)
            seen = op("MatMul", op("Softmax", scores, axis=-1), part("value", [0, 2, 1, 3]))
            seen = op("Reshape", op("Transpose", seen, perm=[0, 2, 1, 3]), whole)
            x = norm(op("Add", linear(seen, name + "attention.output.dense"), x),
                     name + "attention.output.LayerNorm")
            inner = linear(x, name + "intermediate.dense")
            erf = op("Add", op("Erf", op("Div", inner, value(2 ** 0.5))), value(1))
            inner = op("Mul", op("Mul", inner, erf), value(0.5))
            x = norm(op("Add", linear(inner, name + "output.dense"), x), name + "output.LayerNorm")
        nodes[-1].output[0] = "stream"
        kinds = [(name, TensorProto.INT64, ["b", "s"]) for name in ("ids", "mask")]
        inputs = [helper.make_tensor_value_info(*kind) for kind in kinds]
        output = helper.make_tensor_value_info("stream", TensorProto.FLOAT, ["b", "s", width])
        graph = helper.make_graph(nodes, "encoder", inputs, [output], values)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 9
        onnx.save(model, path)
        from onnxruntime.transformers import optimizer
        from onnxruntime.transformers.fusion_options import FusionOptions
        options = FusionOptions("bert")
        options.enable_embed_layer_norm = False
        optimizer.optimize_model(path, model_type="bert", num_heads=heads, hidden_size=width,
                                 optimization_options=options, opt_level=0).save_model_to_file(path)

    path = work + "/encoder.onnx"
    if not os.path.exists(path):
        build(path)
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    sentences = json.load(open(work + "/tokens.json"))
    longest, tokens = max(map(len, sentences)), sum(map(len, sentences))
    ids = np.array([row + [0] * (longest - len(row)) for row in sentences], np.int64)
    mask = np.array([[1] * len(row) + [0] * (longest - len(row)) for row in sentences], np.int64)
    def embed():
        stream, = session.run(None, {"ids": ids, "mask": mask})
        shares = mask[..., None].astype(np.float32)
        mean = (stream * shares).sum(1) / shares.sum(1)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)
    best = float("inf")
    for _ in range(max(9, 4000 // tokens)):
        start = time.process_time()
        rows = embed()
        best = min(best, time.process_time() - start)
    print(json.dumps({"rate": tokens / best, "rows": rows.astype(float).round(7).tolist()}))
    """#
}
