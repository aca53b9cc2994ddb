import { type RefObject, useEffect, useRef, useState } from 'react';

/** Begins a little before something is scrolled to. */
const MARGIN = '200px';

/** Whether an element came into view yet; what was drawn once stays. */
export function useInView<Shown extends Element>(): [RefObject<Shown | null>, boolean] {
  const place = useRef<Shown>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (seen || !place.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setSeen(true);
      },
      { rootMargin: MARGIN },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [seen]);
  return [place, seen];
}
