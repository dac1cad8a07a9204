/** @packageDocumentation The service: watches the series of Prometheus and tells of incidents. */
export { checkConfig, parseConfig, readConfig, type Config, type ConfigOverrides } from './config.js';
export { createLog, type Log } from './log.js';
export { configJsonSchema } from './schema.js';
export { startService, type Service } from './service.js';
