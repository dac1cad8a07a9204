/** @packageDocumentation Heed's notebook stack: kernel spec, opener, and a runner that needs no Python. */
export * from './errors.js';
export * from './nbformat.js';
export * from './kernel-client.js';
export * from './run.js';
export * from './spec.js';
export * from './open.js';
export * from './starter.js';
export * from './exercises.js';
export * from './course.js';
export * from './grade.js';
