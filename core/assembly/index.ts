export { gemm, gemmBatch, gemmScratchBytes } from './gemm';
export {
  adamStep,
  biasActivation,
  layerNormGradientRows,
  layerNormRows,
  softmaxGradientRows,
  softmaxRows,
} from './rows';
export {
  attentionBackward,
  attentionBackwardScratchBytes,
  attentionForward,
  attentionForwardScratchBytes,
} from './attention';
export { reconstruct, scanOffsets } from './windows';
