import { serveScores } from '@heed/core';

serveScores();
