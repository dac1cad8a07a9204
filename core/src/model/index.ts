export { modelVersion } from './file.js';
