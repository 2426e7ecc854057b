// A page's heading with what belongs beside it. It takes the focus when the page changes, as a loaded document would.
import { useEffect, useRef, type ReactNode } from 'react';

interface Props {
  /** Null while it is not known. */
  title: string | null;
  fallback?: string | null;
  children?: ReactNode;
}

let first = true;

export function PageHead({ title, fallback = null, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const text = title ?? fallback;
  useEffect(() => {
    if (!first) heading.current?.focus();
    first = false;
  }, []);
  useEffect(() => {
    document.title = text ? `${text} – Training analytics` : 'Training analytics';
  }, [text]);
  return (
    <div className="page-head">
      <h1 ref={heading} tabIndex={-1}><bdi>{text ?? <span className="skeleton">Somebody Athletic</span>}</bdi></h1>
      {children}
    </div>
  );
}
