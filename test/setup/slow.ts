/** Whether what takes minutes is run whole: `HEED_SLOW=1 npm test`, which is done every night. */
export const runsSlow = process.env['HEED_SLOW'] === '1';
