export { gemm, gemmBatch, gemmScratchBytes } from './gemm';
export {
  adamStep,
  biasActivation,
  layerNormGradientRows,
  layerNormRows,
  softmaxGradientRows,
  softmaxRows,
  sumOfSquares,
} from './rows';
export {
  attentionBackward,
  attentionBackwardScratchBytes,
  attentionForward,
  attentionForwardScratchBytes,
} from './attention';
