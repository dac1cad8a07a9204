export { bandWidth } from './explain.js';
export { describeDuration, describeNumber, describeQuantity, describeTimeRange } from './quantities.js';
