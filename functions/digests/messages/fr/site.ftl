# Le site derrière le lien d’un résumé.

skip = Aller au contenu
pages = Pages
all-digests = Tous les résumés
no-digests = Il n’y en a pas encore.
no-such-digest = Ce résumé n’existe pas, ou plus.
head-period = Période
head-said = Messages
head-unusual-days = Inhabituels
head-decisions = À décider
items-title = { $name } · { $title }
items-told = { $number ->
    [0] Rien n’a été compté.
    [one] { $number } a été compté ; voici ce qui reste.
   *[other] { $number } ont été comptés ; voici ce qui reste.
}
back = Retour au résumé
older = Plus anciens
nothing-there = Il n’en reste rien.
no-words = (le texte n’est plus conservé)
search = Rechercher
search-label = Des mots dits ces quatre-vingt-dix derniers jours
search-button = Rechercher
search-found = { $number ->
    [0] Rien n’a été trouvé.
    [one] Un résultat.
    [50] Voici les 50 plus récents.
   *[other] { $number } résultats.
}
head-opened = Ouvert
head-state = État
cases-title = Cas · { $title }
cases-caption = Ouverts pendant la période, tels qu’ils sont maintenant
state-open = ouvert
state-claimed = pris
state-snoozed = remis à plus tard
state-decided = décidé
digest-closed = Ce lien n’est pas valable, ou ne l’est plus : il dure quatorze jours. Votre prochain résumé en apporte un nouveau.

# La page sur laquelle on met fin aux courriels.

stop-title = Courriels de { $community }
stop-on = Vous recevez par courriel les résumés et les nouvelles urgentes de { $community }.
stop-ended = Vous ne recevez plus de courriel de { $community }, depuis le { $day }.
stop-barred = Aucun courriel n’est envoyé à votre adresse : l’un des nôtres est revenu, ou a été signalé comme indésirable. La personne qui vous envoie ces courriels peut les reprendre.
stop-still = La page de votre résumé reste là, de même que ce qui est montré dans la messagerie.
stop-end = Ne plus m’envoyer de courriel
stop-resume = M’envoyer de nouveau des courriels
stop-closed = Ce lien n’est pas valable, ou ne l’est plus. La personne qui vous envoie ces courriels peut y mettre fin.
