export { bandWidth } from './explain.js';
export { describeQuantity, describeTimeRange } from './quantities.js';
