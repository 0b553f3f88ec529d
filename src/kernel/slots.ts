/** Puts a bound on what runs at once, as a whole and for each owner. */
export const createSlots = ({ total, perOwner }: { total: number; perOwner: number }) => {
  const taken = new Map<string, number>();
  let sum = 0;
  return {
    /** The function that gives the slot back, once however often it is called; or what is full. */
    take: (owner: string): (() => void) | 'ALL' | 'OWN' => {
      const own = taken.get(owner) ?? 0;
      if (own >= perOwner) return 'OWN';
      if (sum >= total) return 'ALL';
      taken.set(owner, own + 1);
      sum += 1;
      let given = false;
      return () => {
        if (given) return;
        given = true;
        sum -= 1;
        const left = (taken.get(owner) ?? 1) - 1;
        if (left === 0) taken.delete(owner);
        else taken.set(owner, left);
      };
    },
  };
};
