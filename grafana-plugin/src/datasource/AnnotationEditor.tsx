import type { ComponentProps } from 'react';
import type { AnnotationQuery } from '@grafana/data';
import { QueryEditor } from './QueryEditor.js';
import { defaultQuery, type HeedQuery } from './types.js';

type Props = Omit<ComponentProps<typeof QueryEditor>, 'annotation'> & {
  annotation?: AnnotationQuery<HeedQuery>;
  onAnnotationChange?: (annotation: AnnotationQuery<HeedQuery>) => void;
};

/** The same editor for annotation layers; the query lies in the annotation's `target`. */
export function AnnotationEditor({ annotation, onAnnotationChange, ...props }: Props) {
  const query: HeedQuery = {
    ...defaultQuery,
    ...annotation?.target,
    refId: annotation?.target?.refId || 'Anno',
  };
  return (
    <QueryEditor
      {...props}
      annotation
      query={query}
      onChange={(target) => annotation && onAnnotationChange?.({ ...annotation, target })}
    />
  );
}
