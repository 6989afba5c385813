import protobuf from 'protobufjs';

/** The members of ONNX's messages (onnx/onnx.proto) that the file has. */
const root = protobuf.Root.fromJSON({
  nested: {
    Model: message({
      irVersion: [1, 'int64'],
      producerName: [2, 'string'],
      graph: [7, 'Graph'],
      opsetImport: [8, 'Opset', true],
    }),
    Opset: message({ domain: [1, 'string'], version: [2, 'int64'] }),
    Graph: message({
      node: [1, 'Node', true],
      name: [2, 'string'],
      initializer: [5, 'Tensor', true],
      input: [11, 'Value', true],
      output: [12, 'Value', true],
    }),
    Node: message({
      input: [1, 'string', true],
      output: [2, 'string', true],
      name: [3, 'string'],
      opType: [4, 'string'],
      attribute: [5, 'Attribute', true],
    }),
    Attribute: message({
      name: [1, 'string'],
      i: [3, 'int64'],
      ints: [8, 'int64', true],
      type: [20, 'int32'],
    }),
    Tensor: message({
      dims: [1, 'int64', true],
      dataType: [2, 'int32'],
      name: [8, 'string'],
      rawData: [9, 'bytes'],
    }),
    Value: message({ name: [1, 'string'], type: [2, 'Type'] }),
    Type: message({ tensorType: [1, 'TensorType'] }),
    TensorType: message({ elemType: [1, 'int32'], shape: [2, 'Shape'] }),
    Shape: message({ dim: [1, 'Dimension', true] }),
    Dimension: message({ dimValue: [1, 'int64'], dimParam: [2, 'string'] }),
  },
});

function message(fields: Record<string, readonly [id: number, type: string, isList?: boolean]>) {
  return {
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, [id, type, isList]]) => [
        name,
        isList ? { id, type, rule: 'repeated' } : { id, type },
      ]),
    ),
  };
}

const FLOAT = 1;
const [INTEGER, INTEGERS] = [2, 7];

export interface OnnxNode {
  readonly opType: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attributes: Readonly<Record<string, number | readonly number[]>>;
}

interface Value {
  readonly name: string;
  /** A text is the name of a size that a request decides. */
  readonly shape: readonly (number | string)[];
}

/** A TensorProto of float32 values. */
export function tensor(name: string, dims: readonly number[], values: Float32Array): object {
  const rawData = new Uint8Array(Float32Array.from(values).buffer);
  return { name, dims, dataType: FLOAT, rawData };
}

/** The bytes of a ModelProto of operator set 17, as torch.onnx.export writes it by default. */
export function encodeModel(
  nodes: readonly OnnxNode[],
  initializer: readonly object[],
  input: Value,
  output: Value,
): Uint8Array {
  const graph = {
    name: 'digits',
    node: nodes.map(({ attributes, ...node }) => ({
      ...node,
      name: node.output[0],
      attribute: Object.entries(attributes).map(([name, value]) =>
        typeof value === 'number' ? { name, type: INTEGER, i: value } : { name, type: INTEGERS, ints: value },
      ),
    })),
    initializer,
    input: [valueMessage(input)],
    output: [valueMessage(output)],
  };
  const model = {
    irVersion: 8,
    producerName: 'edge-serving',
    graph,
    opsetImport: [{ domain: '', version: 17 }],
  };
  return root.lookupType('Model').encode(model).finish();
}

function valueMessage({ name, shape }: Value): object {
  const dim = shape.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}
