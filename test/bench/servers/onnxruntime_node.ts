import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ONNX_FILE } from '../runs/network_description.ts';
import { onnxruntimeNetwork } from './onnxruntime_network.ts';
import { servePredictions } from './predict_server.ts';

servePredictions(async (network, read) => {
  const session = await InferenceSession.create(await read(ONNX_FILE), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
  });
  return onnxruntimeNetwork(network, session, (values, shape) => new Tensor('float32', values, shape));
});
