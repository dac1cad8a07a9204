import { useEffect, useState } from 'react';
import type { DetectorListing } from './jobTypes.js';
import { listModels, type ModelPlace, type StoredModel } from './models.js';
import { scoringService } from './services.js';

/** Registered detectors, from the engine's own list. */
export function useDetectors(): readonly DetectorListing[] {
  const [detectors, setDetectors] = useState<readonly DetectorListing[]>([]);
  useEffect(() => {
    let live = true;
    scoringService()
      .list()
      .then(
        (list) => live && setDetectors(list),
        () => undefined,
      );
    return () => {
      live = false;
    };
  }, []);
  return detectors;
}

export function useModels(revision = 0): Array<StoredModel & { place: ModelPlace }> {
  const [models, setModels] = useState<Array<StoredModel & { place: ModelPlace }>>([]);
  useEffect(() => {
    let live = true;
    listModels().then(
      (list) => live && setModels(list),
      () => undefined,
    );
    return () => {
      live = false;
    };
  }, [revision]);
  return models;
}
