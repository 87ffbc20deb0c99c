# Ce que disent les résumés, leurs courriels, leurs pages et leurs versions courtes.

change-more = plus que d’habitude
change-less = moins que d’habitude
change-unclear = pas de changement net
change-few = trop peu pour le dire
