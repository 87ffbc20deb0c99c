# Ce qui attend quelqu’un, et la page où l’on s’en occupe.

decide-waits-case = Cas à décider
decide-waits-appeal = Recours à décider
decide-waits-announcement = Annonce à approuver
decide-waits-missed = Annonce manquée
decide-waits-series = Série à approuver
decide-waits-answer = Réponse à approuver
decide-waits-merge = Peut-être la même chose
decide-waits-delivery = Envoi bloqué
decide-waits-parked = Événements illisibles
decide-waits-connection = Connexion en difficulté
decide-waits-fetching = Lecture en difficulté
decide-waits-paused = Cible en pause
decide-waits-hold = Tout est suspendu
decide-waits-alert = Alerte d’une plateforme
decide-waits-answers = Personnes qui attendent une réponse

# La page

decide-page-look = Voir comment cela s’affichera là-bas
decide-page-there = Voir sur place
decide-page-now = Voir ce qu’il en est maintenant
decide-page-choose = Ce que vous pouvez faire

decide-closed = Ce lien n’est pas valable, ou ne l’est plus : il dure sept jours, il est pour une seule personne, et vos droits ont pu changer. Votre prochain résumé en apporte un nouveau.
decide-gone = Il n’y a plus rien ici.
decide-large = C’est plus que ce formulaire n’accepte. Écrivez moins, s’il vous plaît.
decide-over = Plus personne n’a à s’en occuper.
decide-changed = Cela a changé depuis que ce lien a été fait : on ne peut donc rien en faire ici.
decide-used = { $who } { $did }, { $at }.
decide-settled = { $who } s’en est chargé, { $at }.
decide-moved = Rien n’a été fait : ce n’est plus ce que la page montrait. Voici ce qu’il en est maintenant.
decide-faster = Rien n’a été fait : quelqu’un a été plus rapide, ou vous l’avez déjà envoyé. Voici ce qu’il en est maintenant.
decide-busy = Rien n’a été fait : d’autres y touchent en ce moment. Réessayez, s’il vous plaît.
decide-refused = Rien n’a été fait : { $why }
decide-letter = À la lettre : { $place }
decide-another = Vous l’avez écrit : quelqu’un d’autre doit l’approuver, le programme demande deux personnes.

# Champs

decide-field-measures = Ce qui est fait là-bas
decide-field-minutes = Durée d’une exclusion ou d’une suspension
    .note = 90 pour des minutes, 2h pour des heures, 3d pour des jours
decide-field-rule = La règle enfreinte
decide-field-no-rule = aucune de nos règles
decide-field-why = Pourquoi (l’auteur peut demander à le lire)
decide-field-reason = Pourquoi les responsables devraient l’examiner
decide-field-id = Comment la plateforme l’appelle, si vous le savez
    .note = Avec son identifiant, la suite peut être envoyée, et on peut le modifier ou le retirer d’ici.
decide-field-url = Son adresse là-bas, si vous la connaissez
decide-field-wrong = ce n’est pas un identifiant ou pas une adresse : une adresse s’écrit https://example.com/news

# Cas

decide-way-take = Prendre le cas
decide-does-take = Il est à vous pour un moment, et on regarde ce qui peut être fait là-bas. Personne n’est encore prévenu.
decide-did-take = a pris le cas
decide-done-take = Le cas est à vous. Rechargez la page dans un instant pour voir l’état actuel.
decide-way-give = Rendre le cas
decide-does-give = Il retrouve sa place parmi les cas ouverts.
decide-did-give = a rendu le cas
decide-done-give = Le cas est de nouveau ouvert.
decide-way-escalate = Confier le cas aux responsables
decide-does-escalate = Il monte d’un rang, et seuls les responsables en décident ensuite.
decide-did-escalate = a confié le cas aux responsables
decide-done-escalate = Les responsables ont le cas.
decide-way-dismiss = Décider : aucune règle enfreinte
decide-does-dismiss = Le cas est clos, les personnes qui l’ont signalé en sont informées, et rien n’est retiré.
decide-did-dismiss = a décidé qu’aucune règle n’a été enfreinte
decide-done-dismiss = Décidé : aucune règle enfreinte.
decide-way-violation = Décider : une règle a été enfreinte
decide-does-violation = Le cas est clos, ce que vous choisissez est appliqué là-bas, et l’auteur ainsi que les personnes qui l’ont signalé en sont informés.
decide-did-violation = a décidé qu’une règle a été enfreinte
decide-done-violation = Décidé : une règle a été enfreinte. Ce que vous avez choisi est en cours.

# Annonces

decide-way-approve-at = L’approuver pour { $at }
decide-does-approve-at = Exactement ce qui est ci-dessus part le { $at } ({ $zone }), partout où c’est prévu.
decide-did-approve-at = l’a approuvée pour son heure
decide-done-approve-at = Approuvée. Elle part à son heure.
decide-way-approve-now = L’approuver et la publier maintenant
decide-does-approve-now = Exactement ce qui est ci-dessus part tout de suite, partout où c’est prévu.
decide-did-approve-now = l’a approuvée pour un départ immédiat
decide-done-approve-now = Approuvée. Elle part.
decide-way-approve-change = Approuver la modification
decide-does-approve-change = Ce qui est déjà publié devient exactement ce qui est ci-dessus, partout où c’est possible.
decide-did-approve-change = a approuvé la modification
decide-done-approve-change = Approuvée. La modification est en cours.
decide-way-cancel = Annuler l’annonce
decide-does-cancel = Rien n’en part.
decide-did-cancel = l’a annulée
decide-done-cancel = Annulée. Rien n’en part.
decide-way-let-be = En rester là
decide-does-let-be = Son heure est passée, et rien n’en part.
decide-did-let-be = en est resté là
decide-done-let-be = Rien n’en part.
decide-way-approve-series = Approuver la série
decide-does-approve-series = Tout ce qui doit encore venir part à ses heures, dans les mots ci-dessus.
decide-did-approve-series = a approuvé la série
decide-done-approve-series = Approuvée. Chacune part à son heure.
decide-series-over = tout est déjà passé : donnez d’autres dates
decide-comes = Prochaine : { $at } ({ $zone })

# Ce que l’on dit

decide-pair = Ces deux messages disent-ils la même chose ?
decide-way-same = C’est la même chose
decide-does-same = Ils comptent comme une seule demande, chaque personne une fois. On peut revenir en arrière.
decide-did-same = a dit que c’est la même chose
decide-done-same = Ils comptent désormais comme un seul.
decide-way-different = Ce n’est pas la même chose
decide-does-different = Chacun compte pour soi, et ils ne sont plus proposés ensemble.
decide-did-different = a dit que ce n’est pas la même chose
decide-done-different = Ils restent distincts.

# Envois

decide-delivery-to = Vers { $place } ({ $platform })
decide-delivery-what = Ce qui a été envoyé
decide-delivery-refused = Refusé là-bas : ce n’est pas arrivé.
decide-delivery-unknown = Envoyé, mais sans réponse : personne ne sait si c’est arrivé.
decide-delivery-stuck = Abandonné après plusieurs essais.
decide-delivery-missed = Son heure était passée avant l’envoi.
decide-delivery-over = En route, ou terminé.
decide-delivery-reason = Pourquoi : { $reason }
decide-delivery-tried = Dernier essai { $at } ; { $attempts ->
    [one] { $attempts } essai
   *[other] { $attempts } essais
}.
decide-delivery-look = Regardez d’abord sur { $place } si c’est arrivé : envoyé de nouveau alors que c’est là, cela s’y voit deux fois.
decide-way-sent = C’est arrivé
decide-does-sent = C’est compté comme envoyé, et rien d’autre ne part.
decide-did-sent = a dit que c’est arrivé
decide-done-sent = C’est compté comme envoyé.
decide-way-again = Ce n’est pas arrivé : envoyer de nouveau
decide-does-again = C’est envoyé encore une fois, maintenant.
decide-did-again = l’a fait envoyer de nouveau
decide-done-again = C’est de nouveau en route.

# Événements mis de côté

decide-parked-none = Il n’en reste rien
decide-parked-number = { $number ->
    [one] { $number } événement
   *[other] { $number } événements
}, mis de côté avant ce lien
decide-parked-reason = Pourquoi : { $reason }
decide-parked-came = reçu { $at }
decide-parked-still = rien ici ne sait encore qu’en faire, ou ce n’est plus conservé
decide-way-replay = { $number ->
    [one] Réessayer
   *[other] En réessayer { $number }
}
decide-does-replay = Ils entrent comme s’ils venaient d’être envoyés ; ce qui a déjà eu son effet est une répétition et ne change rien.
decide-did-replay = les a fait réessayer
decide-done-replay = Ils sont réessayés. Ce qui reste illisible revient dans la liste.
decide-way-dismiss-parked = { $number ->
    [one] Le retirer de la liste
   *[other] En retirer { $number } de la liste
}
decide-does-dismiss-parked = Rien n’en sort. Ils sont gardés jusqu’à leur fin et peuvent être réessayés en ligne de commande.
decide-did-dismiss-parked = les a retirés de la liste
decide-done-dismiss-parked = Ils ne sont plus dans la liste.

# Interrupteurs

decide-paused-on = Rien ne part vers { $place }
decide-paused-none = { $place } n’est pas en pause
decide-hold-on = Rien n’est annoncé
decide-hold-none = Rien n’est suspendu
decide-switched = Par { $who }, { $at }
decide-switched-why = Pourquoi : { $reason }
decide-piled-up = { $number ->
    [0] Rien ne s’est accumulé entre-temps.
    [one] { $number } envoi s’est accumulé entre-temps.
   *[other] { $number } envois se sont accumulés entre-temps.
}
decide-way-resume = Reprendre, sans ce qui s’est accumulé
decide-does-resume = Ce qui vient désormais y est envoyé. Ce qui s’est accumulé est manqué, et le dit.
decide-did-resume = a fait reprendre sans ce qui s’était accumulé
decide-done-resume = Cela reprend.
decide-way-resume-send = Reprendre, et envoyer ce qui s’est accumulé
decide-does-resume-send = Ce qui s’est accumulé y part maintenant, et ce qui vient désormais aussi.
decide-did-resume-send = a fait reprendre avec ce qui s’était accumulé
decide-done-resume-send = Cela reprend, et ce qui s’était accumulé est en route.
decide-way-finish = Terminer ce qui a été commencé
decide-does-finish = { $number ->
    [one] { $number } envoi accumulé n’a pas pu être traité
   *[other] { $number } envois accumulés n’ont pas pu être traités
} : c’est fait maintenant, comme décidé.
decide-done-finish = Tout ce qui s’était accumulé est traité.
decide-way-let-go = Tout libérer
decide-does-let-go = Ce qui attend part dans les deux minutes ; ce qui est trop tard est manqué, et le dit.
decide-did-let-go = a tout libéré
decide-done-let-go = Plus rien n’est suspendu.

# Connexions

decide-connection-of = { $source } ({ $platform })
decide-fetching-of = { $source } ({ $platform })
decide-findings = Ce qui ne va pas
decide-connection-good = Tout va bien de nouveau.
decide-connection-since = Depuis { $at } : { $reason }
decide-connection-until = Ce qu’on nous envoie s’arrête { $at } sans renouvellement
decide-connection-advice = Ce qu’il faut faire : { $command }
decide-connection-next = Prochain examen { $at }
decide-connection-due = Nouvel examen dans les deux minutes
decide-way-look-again = Regarder de nouveau maintenant
decide-does-look-again = Nous interrogeons la plateforme dans les deux minutes et réparons ce qui peut l’être d’ici.
decide-did-look-again = l’a fait regarder de nouveau
decide-done-look-again = Nouvel examen dans les deux minutes.
